import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/** What stands against an invoice: each sentence with a button to the record that mends it. */
export class MoadianIssues extends Component {
    static template = "aria_moadian.Issues";
    static props = {...standardFieldProps, scope: {type: String, optional: true}};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get issues() {
        const issues = this.props.record.data[this.props.name] || [];
        const scope = this.props.scope;
        return scope ? issues.filter((issue) => issue.scope === scope) : issues;
    }

    async fix(issue) {
        const {record} = this.props;
        if (!(await record.save())) {
            return;
        }
        const action = await this.orm.call("account.move", "action_aria_moadian_fix", [
            [record.resId],
            issue.key,
        ]);
        await this.action.doAction(action, {onClose: () => this.checkAgain()});
    }

    async checkAgain() {
        const {record} = this.props;
        await this.orm.call("account.move", "action_aria_moadian_recheck", [
            [record.resId],
        ]);
        await record.load();
    }
}

registry.category("fields").add("aria_moadian_issues", {
    component: MoadianIssues,
    supportedTypes: ["json"],
    extractProps: ({options}) => ({scope: options.scope}),
});
